// The thread of a job that dies before it answers.
process.exit(3)
