package io.nereid.nymph.criu.rpc;

import io.nereid.nymph.criu.rpc.wire.Req;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A server on a SEQPACKET socket that answers every request with the messages it is told to. */
final class FakeCriu implements AutoCloseable {
  /** Answer nothing and keep the connection. */
  static final List<byte[]> SILENCE = List.of(new byte[0], new byte[0]);

  private static final ServerLibC SERVER = ServerLibC.make();
  private final LibC c = LibC.get();
  private final int fd;
  private final Thread thread;
  private final List<Req> requests = new CopyOnWriteArrayList<>();
  private final List<Integer> kept = new CopyOnWriteArrayList<>();
  private final List<byte[]> greeting;

  FakeCriu(Path socket, Function<Req, List<byte[]>> answers) {
    this(socket, List.of(), answers);
  }

  FakeCriu(Path socket, List<byte[]> greeting, Function<Req, List<byte[]>> answers) {
    this.greeting = greeting;
    byte[] address = SeqPacketSocket.address(socket);
    fd = c.socket(LibC.AF_UNIX, LibC.SOCK_SEQPACKET_CLOEXEC, 0);
    if (SERVER.bind(fd, address, address.length) < 0 || SERVER.listen(fd, 4) < 0) {
      throw new IllegalStateException("cannot listen on " + socket + ": errno " + Errno.last());
    }
    thread = Thread.ofPlatform().daemon().start(() -> serve(answers));
  }

  List<Req> requests() {
    return requests;
  }

  private void serve(Function<Req, List<byte[]>> answers) {
    int connection = SERVER.accept(fd, null, null);
    while (connection >= 0) {
      serve(connection, answers);
      connection = SERVER.accept(fd, null, null);
    }
  }

  private void serve(int connection, Function<Req, List<byte[]>> answers) {
    greeting.forEach(message -> send(connection, message));
    byte[] buffer = new byte[4096];
    long length = c.recv(connection, buffer, buffer.length, 0);
    if (length > 0) {
      Req request = parse(Arrays.copyOf(buffer, (int) length));
      requests.add(request);
      List<byte[]> replies = answers.apply(request);
      if (replies == SILENCE) {
        kept.add(connection);
        return;
      }
      replies.forEach(message -> send(connection, message));
    }
    c.close(connection);
  }

  private void send(int connection, byte[] message) {
    c.send(connection, message, message.length, LibC.MSG_NOSIGNAL);
  }

  private static Req parse(byte[] bytes) {
    try {
      return Req.parseFrom(bytes);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    SERVER.shutdown(fd, ServerLibC.SHUT_RDWR);
    thread.join();
    kept.forEach(c::close);
    c.close(fd);
  }
}
