rule r { condition: }
