import flightDelay from '../../streams/flight-delay.ts'

/** `flight-delay` under another name: its history has no end. */
export default { ...flightDelay, name: 'flight-loop' }
