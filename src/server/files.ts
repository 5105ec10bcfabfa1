/**
 * Files in and out: a capture dropped on the page (streamed to the data folder, never whole in memory), an asset list, a
 * frame as a capture of its own.
 */
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CAPTURE_LISTS, FILE_PATHS } from '../api/index.ts';
import { type Engine, RequestError } from '../app/engine-contract.ts';
import { OperatingError } from '../core/errors.ts';
import { personOf } from './guard.ts';

/** Largest capture that can be dropped on the page; larger ones are opened from disk with `gatehouse start FILE`. */
export const MAX_UPLOAD_BYTES = 16 * 1024 ** 3;
export const MAX_NAMES_BYTES = 20 * 1024 ** 2;
/** A baseline that is carried here as a file. */
export const MAX_BASELINE_BYTES = 64 * 1024 ** 2;
/** Free disk that an upload leaves. */
export const SPARE_BYTES = 512 * 1024 ** 2;
/** Uploads at a time. */
export const MAX_UPLOADS = 4;
const MAX_AROUND = 50;
/** Characters of a filter that are noted in the journal. */
const MAX_NOTED = 500;
/** Name of an upload that is still coming. */
const PART = /^[0-9a-f]{16}\.part$/;

/** Octets of a file's name that are kept: file systems take 255, and what makes it the only one stands before it. */
const MAX_NAME_BYTES = 200;

/** As much of a text as fits, in whole letters: half of one is none, neither on a disk nor in a database. */
const cutTo = (text: string, maxBytes: number): string => {
  let bytes = 0;
  let end = 0;
  for (const letter of text) {
    bytes += Buffer.byteLength(letter);
    if (bytes > maxBytes) break;
    end += letter.length;
  }
  return text.slice(0, end);
};

/** What is left of a file's name when nothing in it can mean anything to a file system; never empty. */
export const safeName = (name: string): string => {
  const base = name.split(/[\\/]/).pop() ?? '';
  const clean = cutTo(
    base
      .normalize('NFC')
      .replace(/[^\p{L}\p{N}._ -]/gu, '_')
      .replace(/^[. ]+/, ''),
    MAX_NAME_BYTES,
  );
  return clean === '' ? 'capture' : clean;
};

const fileOf = async (request: FastifyRequest, maxBytes: number): Promise<MultipartFile> => {
  if (!request.isMultipart()) {
    throw new RequestError(
      415,
      'not-multipart',
      'The request is not a file upload.',
      'Send multipart/form-data with a field named file.',
    );
  }
  const file = await request.file({ limits: { fileSize: maxBytes, files: 1, fields: 4 } });
  if (file === undefined) {
    throw new RequestError(422, 'no-file', 'The request holds no file.', 'Send the file in a field named file.');
  }
  return file;
};

const tooLarge = (maxBytes: number): RequestError =>
  new RequestError(
    413,
    'too-large',
    `The file is larger than ${Math.round(maxBytes / 1024 ** 2)} MiB.`,
    'Put the file on the machine that runs Gatehouse and open it from there: gatehouse start FILE.',
  );

export interface FileOptions {
  readonly engine: Engine;
  /** Folder for dropped captures. */
  readonly uploads: string;
  readonly maxUploadBytes?: number;
}

export const registerFiles = (server: FastifyInstance, { engine, uploads, maxUploadBytes }: FileOptions): void => {
  const limit = maxUploadBytes ?? MAX_UPLOAD_BYTES;
  let running = 0;
  // Uploads that a sudden end of the program cut short: the data folder is ours alone, so nobody writes them any more.
  for (const name of existsSync(uploads) ? readdirSync(uploads) : [])
    if (PART.test(name)) rmSync(join(uploads, name), { force: true });
  const path = (call: keyof typeof FILE_PATHS): string => FILE_PATHS[call].split(' ')[1]!;

  const receive = async (request: FastifyRequest): Promise<unknown> => {
    const file = await fileOf(request, limit);
    await mkdir(uploads, { recursive: true, mode: 0o700 });
    const disk = await statfs(uploads);
    const room = disk.bavail * disk.bsize - SPARE_BYTES;
    const announced = Number(request.headers['content-length'] ?? 0);
    if (room < 0 || announced > room) throw new OperatingError('store.full-disk', { path: uploads });
    const name = safeName(file.filename);
    const part = join(uploads, `${randomBytes(8).toString('hex')}.part`);
    try {
      await pipeline(file.file, createWriteStream(part, { mode: 0o600, flags: 'wx' })).catch((error: unknown) => {
        // Something else filled it meanwhile.
        const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
        throw isFull ? new OperatingError('store.full-disk', { path: uploads }, { cause: error }) : error;
      });
      if (file.file.truncated) throw tooLarge(limit);
      const kept = `${part.slice(0, -5)}-${name}`;
      await rename(part, kept);
      const { site } = request.query as { site?: string };
      try {
        const opened = await engine.open(
          { kind: 'file', path: kept, name, ...(typeof site === 'string' && site !== '' ? { site } : {}) },
          personOf(request).user.id,
        );
        if (opened.known) await rm(kept, { force: true });
        return opened;
      } catch (error) {
        await rm(kept, { force: true });
        // The person knows the file by its own name, not by ours.
        if (error instanceof OperatingError) throw new OperatingError(error.code, { ...error.details, path: name });
        throw error;
      }
    } finally {
      await rm(part, { force: true });
    }
  };

  /** Bodies that are files take memory or disk, and as long as they like: few at a time, whatever they are. */
  const oneOfFew = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= MAX_UPLOADS)
      throw new RequestError(429, 'too-many-requests', 'Other files are being uploaded.', 'Wait until they are done.');
    running++;
    try {
      return await work();
    } finally {
      running--;
    }
  };

  server.post(path('upload'), { config: { call: 'upload' }, bodyLimit: limit }, (request, reply) =>
    oneOfFew(async () => {
      reply.type('application/json; charset=utf-8');
      return JSON.stringify(await receive(request));
    }),
  );

  server.post(path('uploadNames'), { config: { call: 'uploadNames' }, bodyLimit: MAX_NAMES_BYTES }, (request, reply) =>
    oneOfFew(async () => {
      const { site } = request.params as { site: string };
      const file = await fileOf(request, MAX_NAMES_BYTES);
      const bytes = await file.toBuffer();
      reply.type('application/json; charset=utf-8');
      return engine.uploadNames(site, safeName(file.filename), bytes, personOf(request).user.id);
    }),
  );

  server.post(
    path('importBaseline'),
    { config: { call: 'importBaseline' }, bodyLimit: MAX_BASELINE_BYTES },
    (request, reply) =>
      oneOfFew(async () => {
        const { site } = request.params as { site: string };
        const file = await fileOf(request, MAX_BASELINE_BYTES);
        const bytes = await file.toBuffer();
        reply.type('application/json; charset=utf-8');
        return engine.importBaseline(site, bytes, personOf(request).user.id);
      }),
  );

  server.get(path('baselineFile'), { config: { call: 'baselineFile' } }, async (request, reply) => {
    const { site, baseline } = request.params as Record<'site' | 'baseline', string>;
    const bytes = await engine.baselineFile(site, baseline);
    reply.header('content-disposition', `attachment; filename="${safeName(`baseline-${baseline}.json.gz`)}"`);
    reply.type('application/gzip');
    return reply.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });

  /** Octets as they were on the wire leave only with an entry in the journal: who took which. */
  const taken = (
    request: FastifyRequest,
    subject: string,
    detail: Readonly<Record<string, string | number>>,
  ): Promise<void> =>
    engine.changeAccounts({
      journal: { userId: personOf(request).user.id, action: 'evidence.download', subject, detail },
    });

  server.get(path('framePcap'), { config: { call: 'framePcap' } }, async (request, reply) => {
    const { site, source, frame } = request.params as Record<'site' | 'source' | 'frame', string>;
    const { around } = request.query as { around?: string };
    const number = Number(frame);
    const neighbours = Math.min(MAX_AROUND, Math.max(0, Math.trunc(Number(around ?? 0)) || 0));
    if (!Number.isSafeInteger(number) || number < 1) {
      throw new RequestError(422, 'input-invalid', 'That is no frame number.', 'Frames are counted from 1.');
    }
    const bytes = await engine.framePcap(site, source, number, neighbours);
    await taken(request, `frame ${number}`, { site, source, around: neighbours });
    reply.header('content-disposition', `attachment; filename="frame-${number}.pcap"`);
    reply.type('application/vnd.tcpdump.pcap');
    return reply.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });

  server.get(path('listPcapng'), { config: { call: 'listPcapng' } }, async (request, reply) => {
    const { site, list } = request.params as { site: string; list: string };
    const { q, row } = request.query as { q?: unknown; row?: unknown };
    const known = CAPTURE_LISTS.find((name) => name === list);
    if (known === undefined)
      throw new RequestError(
        404,
        'not-found',
        'There is no such capture.',
        `Choose one of ${CAPTURE_LISTS.join(', ')}.`,
      );
    const { bytes, isCut } = await engine.capture(site, known, {
      ...(typeof q === 'string' && { q }),
      ...(typeof row === 'string' && { row }),
    });
    await taken(request, `frames of ${known}`, {
      site,
      ...(typeof q === 'string' && { q: q.slice(0, MAX_NOTED) }),
      ...(typeof row === 'string' && { row: row.slice(0, MAX_NOTED) }),
    });
    reply.header('content-disposition', `attachment; filename="${known}${isCut ? '-first-frames' : ''}.pcapng"`);
    reply.type('application/vnd.tcpdump.pcap');
    return reply.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
};
