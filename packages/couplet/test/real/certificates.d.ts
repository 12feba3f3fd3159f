import 'reflect-metadata';
/** A certificate and its key, PEM. */
export interface Identity {
    readonly cert: string;
    readonly key: string;
}
/** An authority that certifies for tests. */
export declare class Authority {
    #private;
    private constructor();
    static create(name?: string): Promise<Authority>;
    /** Its own certificate, PEM. */
    get ca(): string;
    /** A certificate for these host names and IP literals, good from now for so many days; expired below 0. */
    certify(names: readonly string[], days?: number): Promise<Identity>;
    /** A certificate of the old kind: the name is in its subject only. */
    certifyCommonName(name: string): Promise<Identity>;
}
