rule r { condition: true ; }
