export { EnvironmentUnavailable } from './pebble/environment-unavailable.ts';
