rule r { meta: x = -"a" condition: true }
