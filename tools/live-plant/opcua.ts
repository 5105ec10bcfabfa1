/**
 * An OPC UA controller and its client by node-opcua: variables answer from the memory of a controller of the physics; the
 * client browses, subscribes, reads and writes. Version 2.170.1, the last line that runs on Node.js 20.
 */
import { join } from 'node:path';
import type * as CertificatePackage from 'node-opcua-certificate-manager';
import type * as ClientPackage from 'node-opcua-client';
import type * as ServerPackage from 'node-opcua-server';
import { ADDRESS, type LiveStack, load, PORT, type StackContext } from './truth.ts';

/** Points that are subscribed; the others are read. */
const SUBSCRIBED = 6;
const READ = 12;
const INTERVAL_MS = 500;

export const startOpcua = async ({ world, note, folder }: StackContext): Promise<LiveStack> => {
  const { OPCUAServer } = load('node-opcua-server') as typeof ServerPackage;
  const { OPCUACertificateManager } = load('node-opcua-certificate-manager') as typeof CertificatePackage;
  const client = load('node-opcua-client') as typeof ClientPackage;
  const { DataType, StatusCodes, Variant } = client;
  const controller = world.controllers.find((c) => c.family === 'opcua')!;
  const managers = ['server', 'client'].map(
    (name) =>
      new OPCUACertificateManager({ rootFolder: join(folder, name), automaticallyAcceptUnknownCertificate: true }),
  );
  for (const manager of managers) await manager.initialize();
  const server = new OPCUAServer({
    host: ADDRESS.opcua,
    hostname: ADDRESS.opcua,
    port: PORT.opcua,
    resourcePath: '/UA/Plant',
    serverCertificateManager: managers[0],
    buildInfo: { productName: controller.id, manufacturerName: 'Works', softwareVersion: '1.0' },
  });
  await server.initialize();
  const { addressSpace } = server.engine;
  const namespace = addressSpace.getOwnNamespace();
  const device = namespace.addObject({ organizedBy: addressSpace.rootFolder.objects, browseName: controller.id });
  const pathOf = (name: string): string => `ns=1;s=${name}`;
  for (const p of controller.points) {
    const isBool = p.type === 'bool';
    namespace.addVariable({
      componentOf: device,
      nodeId: `s=${p.name}`,
      browseName: p.name,
      dataType: isBool ? 'Boolean' : 'Float',
      minimumSamplingInterval: 100,
      value: {
        get: () => {
          const now = controller.read(p.name);
          return new Variant({ dataType: isBool ? DataType.Boolean : DataType.Float, value: isBool ? now !== 0 : now });
        },
        set: ({ value }) => {
          const outcome = controller.write(p.name, Number(value));
          note({
            stack: 'opcua',
            by: 'server',
            kind: 'write',
            path: pathOf(p.name),
            value: Number(value),
            refused: outcome === 'accepted' ? '' : outcome,
          });
          if (outcome === 'accepted') return StatusCodes.Good;
          if (outcome === 'out-of-range') return StatusCodes.BadOutOfRange;
          return outcome === 'not-writable' ? StatusCodes.BadNotWritable : StatusCodes.BadInvalidState;
        },
      },
    });
  }
  await server.start();

  const told = (kind: 'read' | 'write' | 'notified' | 'service', path: string, value: number | boolean, refused = '') =>
    note({ stack: 'opcua', by: 'client', kind, path, value, refused });
  const ua = client.OPCUAClient.create({
    endpointMustExist: false,
    clientCertificateManager: managers[1],
    connectionStrategy: { maxRetry: 3, initialDelay: 200 },
  });
  await ua.connect(`opc.tcp://${ADDRESS.opcua}:${PORT.opcua}/UA/Plant`);
  const session = await ua.createSession();
  const found = await session.browse('ObjectsFolder');
  told('service', 'Browse', found.references.length);
  const subscription = client.ClientSubscription.create(session, {
    requestedPublishingInterval: INTERVAL_MS,
    requestedLifetimeCount: 600,
    requestedMaxKeepAliveCount: 20,
    publishingEnabled: true,
  });
  const points = controller.points.filter((p) => p.nature === 'measured');
  for (const { name } of points.slice(0, SUBSCRIBED))
    client.ClientMonitoredItem.create(
      subscription,
      { nodeId: pathOf(name), attributeId: client.AttributeIds.Value },
      { samplingInterval: INTERVAL_MS, queueSize: 1, discardOldest: true },
      client.TimestampsToReturn.Neither,
    ).on('changed', ({ value }) => told('notified', pathOf(name), value.value));
  const readable = controller.points.slice(0, READ);
  const setPoint = controller.points.find((p) => p.nature === 'set-point' && p.writable && p.type !== 'bool')!;
  const write = async (name: string, value: number): Promise<void> => {
    const { name: status } = await session.write({
      nodeId: pathOf(name),
      attributeId: client.AttributeIds.Value,
      value: { value: { dataType: client.DataType.Float, value } },
    });
    told('write', pathOf(name), value, status === 'Good' ? '' : status);
  };
  return {
    round: async (n) => {
      const values = await session.read(
        readable.map(({ name }) => ({ nodeId: pathOf(name), attributeId: client.AttributeIds.Value })),
      );
      for (const [i, { value }] of values.entries()) told('read', pathOf(readable[i]!.name), value.value);
      const { low, high, name } = setPoint;
      if (n % 3 === 1) await write(name, Math.fround(low + (high - low) * (0.4 + 0.01 * (n % 7))));
      if (n % 5 === 2) await write(name, Math.fround(high * 10 + 1));
    },
    stop: async () => {
      await subscription.terminate();
      await session.close();
      await ua.disconnect();
      await server.shutdown(0);
      for (const manager of managers) await manager.dispose();
    },
  };
};
