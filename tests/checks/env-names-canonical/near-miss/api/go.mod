module harbor.example/api

go 1.22
