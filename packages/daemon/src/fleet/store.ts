/** A field of a hash of the store. Its name is that of a node, alone or with something behind a slash: it counts while that node lives. */
export interface Field {
  readonly hash: string;
  readonly name: string;
}

/**
 * A database for a fleet, over one connection. Each method rejects when the connection is lost, or with the database's own error. Where a
 * node writes, the answer says whether the store knew it: if not, because its lease has run out or the store was emptied, nothing was done.
 */
export interface Store {
  /** Begins the lease of a node. */
  join(node: string): Promise<unknown>;
  /** Renews the lease of a node. */
  renew(node: string): Promise<boolean>;
  /** Ends the leases of nodes. */
  leave(nodes: readonly string[]): Promise<unknown>;
  /**
   * Grants up to `wanted` places in a hash to a node that holds `held`, so that all living nodes have at most `max`, and writes how many
   * it has then into the field of its name. Returns how many were granted; undefined if the node is not known.
   */
  take(node: string, hash: string, held: number, wanted: number, max: number): Promise<number | undefined>;
  /** Writes fields; a value that is empty removes its field. */
  write(node: string, fields: readonly Field[], values: readonly string[]): Promise<boolean>;
  /** The fields of living nodes in a hash, by name. */
  list(hash: string): Promise<ReadonlyMap<string, string>>;
  /** Ends the connection. */
  destroy(): void;
}
