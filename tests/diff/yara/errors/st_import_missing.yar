rule r { condition: pe.is_pe }
