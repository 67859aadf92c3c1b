import type { Flight } from '../task/flight-log.ts'
import type { FlightService } from './flight-service.ts'

/** Appends departures and arrivals through the API, stamped by their own times. */
export async function appendFlights({ app }: FlightService, flights: readonly Flight[]): Promise<void> {
  const departures = flights.map(departureOf)
  const arrivals = flights.map(({ flightId, landedAt, delayMinutes }) => ({ flightId, landedAt, delayMinutes }))
  for (const [input, records] of Object.entries({ departures, arrivals })) {
    const url = `/streams/flight-delay/inputs/${input}/records?timestamp=event`
    const response = await app.inject({ method: 'POST', url, payload: records })
    if (response.statusCode !== 200) throw new Error(response.body)
  }
}

/** What is known of a flight when it departs. */
export function departureOf({ flightId, departedAt, distance, origin, destination }: Flight) {
  return { flightId, departedAt, distance, origin, destination }
}
