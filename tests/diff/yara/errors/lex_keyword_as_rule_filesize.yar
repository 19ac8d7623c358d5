rule filesize { condition: true }
