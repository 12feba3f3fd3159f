/** What the guide teaches, by page: the anchor of each concept, below which prose stands in both languages. */
export const CONCEPTS: Readonly<Record<string, readonly string[]>> = {
  'ten-minutes': ['slow', 'port', 'nc'],
  blocking: ['queue', 'sum', 'longest', 'slower', 'all', 'nonblocking', 'read', 'state'],
  reactor: ['select', 'loop', 'epoll', 'names', 'apart', 'good', 'block', 'listening', 'accept'],
  objects: ['descriptors', 'life', 'protocol', 'factory', 'build', 'kinds', 'apart', 'order', 'examples', 'run'],
  frames: ['lines', 'raw', 'prefix', 'machines'],
  clients: ['both', 'endpoints'],
  'slow-readers': ['write', 'lose', 'abort', 'producer'],
  ship: ['limits', 'ports', 'logs', 'daemon'],
};
