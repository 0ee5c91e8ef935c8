/** A server as one that holds a large database is set up: the manual (19.4.1) begins at a quarter of the machine's memory. */
export const settings = { shared_buffers: '1GB' };
