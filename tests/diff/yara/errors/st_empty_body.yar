rule r { }
