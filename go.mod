module github.com/juece/juece

go 1.26.8
