/** What the engine's thread loads first: compiled code is kept between starts where Node can (22.1 and newer), for each thread by itself. */
import module from 'node:module';

(module as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();
await import('./engine-worker.ts');
