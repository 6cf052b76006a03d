package io.nereid.launcher.bench;

import io.nereid.launcher.demo.playground.NetNs;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/**
 * Copies the files of a directory from one host to another over one plain TCP stream, by
 * sendfile(2), without encryption or compression: the quickest copy that there is. Subdirectories
 * are not looked at. Blocks.
 */
final class FileCopy {
  private static final int PORTION_BYTES = 1 << 20;
  private static final byte DONE = 1;

  /** A place for files on a host. */
  record Place(Path netns, String address, Path directory) {}

  private FileCopy() {}

  static void copy(Place from, Place to) throws IOException {
    try (ServerSocketChannel server = NetNs.call(to.netns(), () -> listen(to.address()))) {
      CompletableFuture<Void> received = new CompletableFuture<>();
      Thread.ofPlatform()
          .name("copy-receiver")
          .daemon()
          .start(() -> {
            try (SocketChannel peer = server.accept()) {
              receive(peer, to.directory());
              received.complete(null);
            } catch (IOException | RuntimeException e) {
              received.completeExceptionally(e);
            }
          });
      InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
      try (SocketChannel peer = NetNs.call(from.netns(), () -> SocketChannel.open(address))) {
        send(from.directory(), peer);
        ByteBuffer answer = ByteBuffer.allocate(1);
        if (peer.read(answer) != 1 || answer.get(0) != DONE) {
          throw new EOFException("the copy was not acknowledged");
        }
      }
      received.join();
    } catch (CompletionException e) {
      throw new IOException("the receiver of a copy failed", e.getCause());
    }
  }

  private static ServerSocketChannel listen(String address) throws IOException {
    return ServerSocketChannel.open().bind(new InetSocketAddress(address, 0), 1);
  }

  private static void send(Path directory, SocketChannel peer) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    DataOutputStream out = new DataOutputStream(Channels.newOutputStream(peer));
    out.writeInt(files.size());
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file)) {
        long size = channel.size();
        out.writeUTF(file.getFileName().toString());
        out.writeLong(size);
        for (long sent = 0; sent < size; ) {
          sent += channel.transferTo(sent, size - sent, peer);
        }
      }
    }
  }

  private static void receive(SocketChannel peer, Path directory) throws IOException {
    DataInputStream in = new DataInputStream(Channels.newInputStream(peer));
    ByteBuffer portion = ByteBuffer.allocateDirect(PORTION_BYTES);
    int files = in.readInt();
    for (int i = 0; i < files; i++) {
      Path file = directory.resolve(in.readUTF());
      long left = in.readLong();
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        while (left > 0) {
          portion.clear().limit((int) Math.min(left, PORTION_BYTES));
          int read = peer.read(portion);
          if (read < 0) {
            throw new EOFException("the copy broke off in " + file);
          }
          left -= read;
          portion.flip();
          while (portion.hasRemaining()) {
            channel.write(portion);
          }
        }
      }
    }
    peer.write(ByteBuffer.wrap(new byte[] {DONE}));
  }
}
