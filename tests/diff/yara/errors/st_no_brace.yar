rule r condition: true }
