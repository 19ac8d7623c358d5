# docs/formats/dotnet.md, "How it was compared"
dotnet.classes* new  4.3 has classes
dotnet.number_of_classes new  4.3 has classes
dotnet.constants[] cut  4.2.3 takes them for user strings, which end in a byte that is no text
dotnet.assembly_refs[].public_key_or_token cut  the same
dotnet.* stops:dotnet.assembly.version.major  4.2.3, as 4.5, reads no table from one of more than 10,000 rows on
