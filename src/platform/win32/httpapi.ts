import { systemLibrary } from './library.ts';

/** Functions of httpapi.dll in use, declared as in the Windows SDK; each returns its error code. */
export const httpapi = systemLibrary('httpapi.dll', {
  HttpAddUrl: { return: 'u32', arguments: ['pointer', 'pointer', 'pointer'] },
  HttpCreateHttpHandle: { return: 'u32', arguments: ['pointer', 'u32'] },
  HttpInitialize: { return: 'u32', arguments: ['u32', 'u32', 'pointer'] },
  HttpQueryServiceConfiguration: {
    return: 'u32',
    arguments: ['pointer', 'u32', 'pointer', 'u32', 'pointer', 'u32', 'pointer', 'pointer'],
  },
  HttpReceiveHttpRequest: {
    return: 'u32',
    arguments: ['pointer', 'u64', 'u32', 'pointer', 'u32', 'pointer', 'pointer'],
  },
  HttpRemoveUrl: { return: 'u32', arguments: ['pointer', 'pointer'] },
  HttpSendHttpResponse: {
    return: 'u32',
    arguments: ['pointer', 'u64', 'u32', 'pointer', 'pointer', 'pointer', 'pointer', 'u32', 'pointer', 'pointer'],
  },
  HttpTerminate: { return: 'u32', arguments: ['u32', 'pointer'] },
});
