package io.nereid.nymph.postcopy;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import javax.crypto.Mac;

/**
 * A connection between page feed and page server. Each side proves that it knows the secret by
 * HMAC-SHA256 over both sides' random numbers; each message then ends with such a code over its
 * number and all of its bytes, under a key of this connection and direction. So nothing that was
 * changed, repeated or left out on the way is ever used. Sending is thread-safe; one thread
 * receives.
 */
final class FeedLink implements AutoCloseable {
  /** Both sides say something every second; after this much silence the connection is dead. */
  static final Duration SILENCE_MAX = Duration.ofSeconds(4);

  private static final int MAGIC = 0x4e52_4450;
  private static final int VERSION = 1;
  private static final int NONCE_BYTES = 32;
  private static final int CODE_BYTES = 32;

  /** What lies in here cannot be overtaken by an answer that somebody waits for. */
  private static final int SEND_BUFFER_BYTES = 512 << 10;

  private static final int STREAM_BYTES = 1 << 16;
  private static final String SOURCE = "source";
  private static final String TARGET = "target";
  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private Mac sending;
  private Mac receiving;
  private long sent;
  private long received;
  private byte[] content = new byte[0];

  private FeedLink(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    socket.setSendBufferSize(SEND_BUFFER_BYTES);
    socket.setSoTimeout((int) SILENCE_MAX.toMillis());
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), STREAM_BYTES));
    out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), STREAM_BYTES));
  }

  /** The source's end of a fresh connection; closes it when the other side is not the target. */
  static FeedLink ofSource(Socket socket, Secret secret) throws IOException {
    return open(
        socket,
        link -> {
          byte[] mine = nonce();
          link.out.writeInt(MAGIC);
          link.out.writeInt(VERSION);
          link.out.write(mine);
          link.out.flush();
          byte[] theirs = link.in.readNBytes(NONCE_BYTES);
          byte[] nonces = both(mine, theirs);
          link.check(secret.derive(TARGET, nonces));
          link.out.write(secret.derive(SOURCE, nonces));
          link.out.flush();
          link.keys(secret, nonces, SOURCE, TARGET);
        });
  }

  /** The target's end of a connection that has come in. */
  static FeedLink ofTarget(Socket socket, Secret secret) throws IOException {
    return open(
        socket,
        link -> {
          if (link.in.readInt() != MAGIC || link.in.readInt() != VERSION) {
            throw new IOException("the greeting is not that of a page feed of this version");
          }
          byte[] theirs = link.in.readNBytes(NONCE_BYTES);
          byte[] mine = nonce();
          byte[] nonces = both(theirs, mine);
          link.out.write(mine);
          link.out.write(secret.derive(TARGET, nonces));
          link.out.flush();
          link.check(secret.derive(SOURCE, nonces));
          link.keys(secret, nonces, TARGET, SOURCE);
        });
  }

  private interface Greeting {
    void perform(FeedLink link) throws IOException;
  }

  private static FeedLink open(Socket socket, Greeting greeting) throws IOException {
    try {
      FeedLink link = new FeedLink(socket);
      greeting.perform(link);
      return link;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static byte[] nonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    new SecureRandom().nextBytes(nonce);
    return nonce;
  }

  private static byte[] both(byte[] sources, byte[] targets) throws IOException {
    if (sources.length != NONCE_BYTES || targets.length != NONCE_BYTES) {
      throw new IOException("the connection ended in the greeting");
    }
    return ByteBuffer.allocate(2 * NONCE_BYTES).put(sources).put(targets).array();
  }

  private void check(byte[] expected) throws IOException {
    if (!MessageDigest.isEqual(expected, in.readNBytes(expected.length))) {
      throw new IOException("the other side does not know the secret of this migration");
    }
  }

  private void keys(Secret secret, byte[] nonces, String mine, String theirs) {
    sending = Secret.mac(secret.derive("from " + mine, nonces));
    receiving = Secret.mac(secret.derive("from " + theirs, nonces));
  }

  /** Sends a message without content. */
  void send(Frame frame) throws IOException {
    send(frame, content);
  }

  /** Sends a message with as much content as it says. */
  synchronized void send(Frame frame, byte[] pages) throws IOException {
    byte[] head = frame.encode();
    int bytes = frame.contentBytes();
    sending.update(ByteBuffer.allocate(Long.BYTES).putLong(0, sent++));
    sending.update(head);
    sending.update(pages, 0, bytes);
    out.write(head);
    out.write(pages, 0, bytes);
    out.write(sending.doFinal());
    out.flush();
  }

  /**
   * The next message; its content is in {@link #content()} until the one after it.
   *
   * @throws IOException when the connection has ended or is silent, or what came is not what was
   *     sent
   */
  Frame receive() throws IOException {
    byte[] head = new byte[Frame.HEAD_BYTES];
    in.readFully(head);
    Frame frame = Frame.decode(head);
    int bytes = frame.contentBytes();
    if (content.length < bytes) {
      content = new byte[bytes];
    }
    in.readFully(content, 0, bytes);
    receiving.update(ByteBuffer.allocate(Long.BYTES).putLong(0, received++));
    receiving.update(head);
    receiving.update(content, 0, bytes);
    byte[] code = new byte[CODE_BYTES];
    in.readFully(code);
    if (!MessageDigest.isEqual(receiving.doFinal(), code)) {
      throw new IOException("a message is not as it was sent");
    }
    return frame;
  }

  /** Content of the last message. */
  byte[] content() {
    return content;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing is lost with it that is not asked for again.
      return;
    }
  }
}
