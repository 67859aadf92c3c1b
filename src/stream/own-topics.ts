/** What follows a stream's name and a dot in the names of the topics that are its own. */
export const ownTopics = ['predictions', 'signals', 'models', 'dead-letters', 'control', 'journal'] as const
