package io.nereid.transfer.socket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.util.function.Consumer;

/**
 * What a socket receives, in the buffers that it was read into. The usual handler copies each of
 * them to the heap first; at more than a gigabyte a second that copy is what limits.
 */
public final class Received {
  private static final int READ_BYTES = 512 * 1024;

  private Received() {}

  /**
   * Hands over everything that arrives from now on, on the socket's event loop. The taker releases
   * the buffers. Pausing and resuming the socket works as usual.
   */
  public static void handOver(NetSocket socket, Consumer<ByteBuf> taker) {
    NetSocketInternal internal = (NetSocketInternal) socket;
    // Not by the socket's receive buffer: a fixed one would switch off the kernel's own sizing,
    // which long links need.
    internal
        .channelHandlerContext()
        .channel()
        .config()
        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES));
    internal.messageHandler(message -> {
      if (message instanceof ByteBuf buffer) {
        taker.accept(buffer);
      } else {
        ReferenceCountUtil.release(message);
      }
    });
  }
}
