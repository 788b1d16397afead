package store

// ListQuery is the text that List runs, with its arguments.
var ListQuery = listQuery
