/** Lists as files: any list of the API with its filter, page by page, as CSV or JSON. */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { FILE_PATHS, LISTS, type ListName, MAX_PAGE, ROUTES } from '../api/index.ts';
import { type Engine, type EngineCall, RequestError } from '../app/engine-contract.ts';
import { csvField } from '../core/csv.ts';
import { personOf } from './guard.ts';

/** A cell's text: parties by name and address, evidence as source#frame, lists joined. */
const cellText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(cellText).join('; ');
  if (typeof value === 'object') {
    const { name, address, source, frame } = value as Record<string, unknown>;
    if (typeof source === 'string' && frame !== undefined) return `${source}#${frame}`;
    if (typeof name === 'string' && typeof address === 'string') {
      return name === address || address === '' ? name : `${name} (${address})`;
    }
    return Object.entries(value)
      .map(([key, member]) => `${key}=${cellText(member)}`)
      .join('; ');
  }
  return String(value);
};

export const csvCell = (value: unknown): string => csvField(typeof value === 'number' ? value : cellText(value));

export type ListPage = { readonly items: readonly Record<string, unknown>[]; readonly next: string | null };

/** The columns of a list without rows, from its description. */
const columnsOf = (list: ListName): string[] => {
  const { items } = ROUTES[list].response.properties;
  return Object.keys(items.items.properties);
};

async function* asText(pages: AsyncIterable<ListPage>, list: ListName, format: 'csv' | 'json'): AsyncGenerator<string> {
  let columns: string[] | undefined;
  let first = true;
  if (format === 'json') yield '[';
  for await (const { items } of pages) {
    let text = '';
    for (const item of items) {
      if (format === 'json') {
        text += `${first ? '\n' : ',\n'}${JSON.stringify(item)}`;
        first = false;
        continue;
      }
      if (columns === undefined) {
        columns = Object.keys(item);
        text += `${columns.join(',')}\r\n`;
      }
      text += `${columns.map((name) => csvCell(item[name])).join(',')}\r\n`;
    }
    yield text;
  }
  if (format === 'json') yield '\n]\n';
  // A file without a line looks like a download that failed.
  else if (columns === undefined) yield `${columnsOf(list).join(',')}\r\n`;
}

async function* pagesOf(read: (cursor: string | undefined) => Promise<ListPage>): AsyncGenerator<ListPage> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield page;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

export const registerExports = (server: FastifyInstance, engine: Engine): void => {
  for (const call of ['export', 'exportJournal'] as const) {
    server.get(FILE_PATHS[call].split(' ')[1]!, { config: { call } }, async (request, reply) => {
      const params = request.params as { site?: string; list?: string; format: string };
      const query = request.query as { q?: string; sort?: string };
      const list = call === 'exportJournal' ? 'journal' : (params.list as ListName);
      const { format } = params;
      if (
        !LISTS.includes(list) ||
        (call === 'export' && list === 'journal') ||
        (format !== 'csv' && format !== 'json')
      ) {
        throw new RequestError(404, 'not-found', 'There is no such export.', 'Lists can be exported as csv or json.');
      }
      const read = async (cursor: string | undefined): Promise<ListPage> =>
        JSON.parse(
          await engine.call(list as EngineCall, {
            params: { site: params.site ?? '' } as never,
            query: {
              limit: MAX_PAGE,
              ...(typeof query.q === 'string' ? { q: query.q } : {}),
              ...(typeof query.sort === 'string' ? { sort: query.sort } : {}),
              ...(cursor === undefined ? {} : { cursor }),
            } as never,
            body: undefined as never,
            userId: personOf(request).user.id,
          }),
        ) as ListPage;
      // The first page before the headers, so that a wrong filter is an error and not an empty file.
      const first = await read(undefined);
      const pages = pagesOf(async (cursor) => (cursor === undefined ? first : read(cursor)));
      reply.header('content-disposition', `attachment; filename="${list}.${format}"`);
      reply.header('cache-control', 'no-store');
      reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8');
      return reply.send(Readable.from(asText(pages, list, format)));
    });
  }
};
