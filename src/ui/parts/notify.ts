/** Short notices at the edge of the screen. Errors stay until they are read. */
import { notifications } from '@mantine/notifications';
import { ApiProblem } from '../lib/api.ts';

export const notify = {
  info: (title: string, message = ''): void => {
    notifications.show({ title, message, autoClose: 3500, color: 'gray', withBorder: true });
  },
  problem: (error: unknown): void => {
    const p = error instanceof ApiProblem ? error : undefined;
    notifications.show({
      title: p?.message ?? (error instanceof Error ? error.message : 'Something went wrong.'),
      message: p?.whatToDo ?? '',
      autoClose: false,
      color: 'red',
      withBorder: true,
    });
  },
};
