/**
 * What is used of the third-party stacks, typed by hand: they are installed on demand (`npm ci --prefix tools/live-plant`),
 * and types must be checked where they are not.
 */
declare module 'modbus-serial' {
  interface Vector {
    getCoil(address: number, unit: number): boolean;
    getMultipleHoldingRegisters(address: number, length: number, unit: number): number[];
    setCoil(address: number, value: boolean, unit: number): void;
    setRegister(address: number, value: number, unit: number): void;
  }
  export class ServerTCP {
    constructor(vector: Vector, options: { host: string; port: number; unitID: number });
    on(event: 'initialized', listener: () => void): this;
    on(event: 'serverError', listener: (error: Error) => void): this;
    close(done: () => void): void;
  }
  class ModbusRTU {
    connectTCP(ip: string, options: { port: number; localAddress?: string }): Promise<void>;
    setID(unit: number): void;
    setTimeout(ms: number): void;
    readHoldingRegisters(address: number, length: number): Promise<{ data: number[] }>;
    readCoils(address: number, length: number): Promise<{ data: boolean[] }>;
    writeRegister(address: number, value: number): Promise<unknown>;
    writeRegisters(address: number, values: number[]): Promise<unknown>;
    writeCoil(address: number, value: boolean): Promise<unknown>;
    close(done: () => void): void;
  }
  // biome-ignore lint/style/noDefaultExport: that is how it is exported
  export default ModbusRTU;
}

declare module 'node-opcua-server' {
  export interface Namespace {
    addObject(options: { organizedBy: object; browseName: string }): object;
    addVariable(options: {
      componentOf: object;
      nodeId: string;
      browseName: string;
      dataType: string;
      minimumSamplingInterval: number;
      value: { get: () => object; set: (given: { value: number | boolean }) => object };
    }): object;
  }
  export class OPCUAServer {
    constructor(options: object);
    initialize(): Promise<void>;
    start(): Promise<void>;
    shutdown(timeoutMs?: number): Promise<void>;
    readonly engine: {
      readonly addressSpace: {
        getOwnNamespace(): Namespace;
        readonly rootFolder: { readonly objects: object };
      };
    };
  }
}

declare module 'node-opcua-client' {
  export interface DataValue {
    readonly value: { readonly value: number | boolean };
    readonly statusCode: { readonly name: string };
  }
  export interface Session {
    read(nodes: readonly object[]): Promise<DataValue[]>;
    write(node: object): Promise<{ readonly name: string }>;
    browse(
      nodeId: string,
    ): Promise<{ readonly references: readonly { readonly browseName: { readonly name: string } }[] }>;
    close(): Promise<void>;
  }
  export class OPCUAClient {
    static create(options: object): OPCUAClient;
    connect(url: string): Promise<void>;
    createSession(): Promise<Session>;
    disconnect(): Promise<void>;
  }
  export const ClientSubscription: { create(session: Session, options: object): Subscription };
  export interface Subscription {
    terminate(): Promise<void>;
  }
  export const ClientMonitoredItem: {
    create(
      subscription: Subscription,
      item: object,
      parameters: object,
      timestamps: number,
    ): { on(event: 'changed', listener: (value: DataValue) => void): void };
  };
  export class Variant {
    constructor(options: { dataType: number; value: number | boolean });
  }
  export const StatusCodes: {
    readonly Good: object;
    readonly BadOutOfRange: object;
    readonly BadNotWritable: object;
    readonly BadInvalidState: object;
  };
  export const AttributeIds: { readonly Value: number };
  export const DataType: { readonly Boolean: number; readonly Float: number };
  export const TimestampsToReturn: { readonly Neither: number };
}

declare module 'node-opcua-certificate-manager' {
  export class OPCUACertificateManager {
    constructor(options: { rootFolder: string; automaticallyAcceptUnknownCertificate: boolean });
    initialize(): Promise<void>;
    dispose(): Promise<void>;
  }
}
