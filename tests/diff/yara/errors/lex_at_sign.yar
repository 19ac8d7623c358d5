rule r { condition: @ }
