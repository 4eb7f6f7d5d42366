/** Looks at where a program lies that SYSTEM is to start. */
export interface ExecutableGuard {
  /** The same as far as the place alone tells: network, removable and temporary folders. The file need not exist. */
  inspectPlace(path: string): Promise<readonly string[]>;
  /**
   * Why others than administrators could replace the program or take it away, a sentence each; empty when they cannot.
   * @throws WacsError AccessDenied, StorageError when that cannot be found out.
   */
  inspect(path: string): Promise<readonly string[]>;
}

/** What installing the program did. */
export interface Installation {
  /** Absolute path of the installed program. */
  readonly path: string;
  /** False when the same program was there already. */
  readonly copied: boolean;
}

/** Puts the running program where a task of SYSTEM may start it. */
export interface ProgramInstaller {
  /**
   * Copies the running program into a folder and verifies the copy. The old program stays until the new one is complete;
   * a running one is moved aside. A folder with nothing else in it is closed to everybody but administrators first.
   * @throws WacsError AccessDenied, StorageError, UnsupportedPlatform.
   */
  install(folder: string): Promise<Installation>;
}
