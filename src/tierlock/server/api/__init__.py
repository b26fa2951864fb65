"""The API for machines: versioned, described by OpenAPI, closed when anything is wrong."""
