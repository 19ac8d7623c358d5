rule r { condition true }
