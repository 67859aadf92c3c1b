import fc from 'fast-check'

// Before each file: the same cases every time, whichever files run together.
fc.configureGlobal({ seed: 20010101 })
