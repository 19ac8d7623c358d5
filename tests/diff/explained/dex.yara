# docs/formats/dex.md, "How it was compared"
dex.method[].code_item.padding gone  4.3 took it out
dex.field[].static new  4.2.3 declares it and never sets it
dex.field[].instance new  so
