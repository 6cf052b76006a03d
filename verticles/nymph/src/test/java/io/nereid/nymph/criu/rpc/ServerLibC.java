package io.nereid.nymph.criu.rpc;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;

/** The calls of a server, which only the fake needs. */
public interface ServerLibC {
  int SHUT_RDWR = 2;

  int bind(int fd, @In byte[] address, int length);

  int listen(int fd, int backlog);

  int accept(int fd, Pointer address, Pointer length);

  int shutdown(int fd, int how);

  static ServerLibC make() {
    return LibraryLoader.create(ServerLibC.class).failImmediately().load("c");
  }
}
