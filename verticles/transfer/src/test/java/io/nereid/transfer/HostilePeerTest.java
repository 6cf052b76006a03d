package io.nereid.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferTicket;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.protocol.transfer.v1.Credentials;
import io.nereid.protocol.transfer.v1.HelloReply;
import io.nereid.protocol.transfer.v1.HelloRequest;
import io.nereid.protocol.transfer.v1.Kind;
import io.nereid.protocol.transfer.v1.Label;
import io.nereid.protocol.transfer.v1.ManifestPart;
import io.nereid.protocol.transfer.v1.OfferBegin;
import io.nereid.protocol.transfer.v1.OfferPart;
import io.nereid.protocol.transfer.v1.OfferReply;
import io.nereid.protocol.transfer.v1.SealReply;
import io.nereid.protocol.transfer.v1.SealRequest;
import io.nereid.protocol.transfer.v1.SetHeader;
import io.nereid.protocol.transfer.v1.TransferGrpcClient;
import io.nereid.transfer.manifest.Entry;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.manifest.ManifestHeader;
import io.nereid.transfer.manifest.ManifestWriter;
import io.nereid.transfer.wire.DataHello;
import io.nereid.transfer.wire.FrameHead;
import io.nereid.transfer.wire.Protocol;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.streams.WriteStream;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A peer that has the token, or has not, and breaks every rule; afterwards the session works. */
class HostilePeerTest {
  private static final long OFFER = 99;
  private static final Entry.Meta META = new Entry.Meta(0755, 0, 0, 0, 0, List.of());
  private TwoHosts hosts;
  private TransferTicket ticket;
  private GrpcClient grpc;
  private TransferGrpcClient stub;
  private final BlockingQueue<OfferReply> replies = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() throws Exception {
    hosts = new TwoHosts();
    ticket = hosts.open(1 << 20);
    GrpcClientOptions generous = new GrpcClientOptions().setMaxMessageSize(64 << 20);
    grpc = GrpcClient.client(hosts.vertx, generous);
    stub =
        TransferGrpcClient.create(
            grpc, SocketAddress.inetSocketAddress(ticket.controlPort(), "127.0.0.1"));
  }

  @AfterEach
  void stop() throws Exception {
    grpc.close().await(5, TimeUnit.SECONDS);
    hosts.close();
  }

  private Credentials.Builder who() {
    return Credentials.newBuilder()
        .setMigration(hosts.migration.value())
        .setToken(ticket.token())
        .setLabel(Label.LABEL_FINAL)
        .setOffer(OFFER);
  }

  private HelloReply hello(HelloRequest request) throws Exception {
    return stub.hello(request).await(5, TimeUnit.SECONDS);
  }

  private WriteStream<OfferPart> offerStream() throws Exception {
    BlockingQueue<WriteStream<OfferPart>> opened = new LinkedBlockingQueue<>();
    stub.offer((stream, e) -> opened.add(stream))
        .onSuccess(r -> r.exceptionHandler(e -> {}).handler(replies::add));
    return opened.poll(5, TimeUnit.SECONDS);
  }

  private OfferReply reply() throws InterruptedException {
    while (true) {
      OfferReply reply = replies.poll(5, TimeUnit.SECONDS);
      if (reply == null || !reply.hasAlive()) {
        return reply;
      }
    }
  }

  private void refused(String code, String... words) throws InterruptedException {
    OfferReply reply = reply();
    assertThat(reply).isNotNull();
    assertThat(reply.hasRefusal()).as(reply.toString()).isTrue();
    assertThat(reply.getRefusal().getCode()).isEqualTo(code);
    assertThat(reply.getRefusal().getMessage()).contains(words);
  }

  private static OfferPart begin(Credentials who, SetHeader... sets) {
    return OfferPart.newBuilder()
        .setBegin(OfferBegin.newBuilder().setCredentials(who).addAllSets(Arrays.asList(sets)))
        .build();
  }

  private static SetHeader set(Kind kind, ManifestHeader header) {
    return SetHeader.newBuilder()
        .setKind(kind)
        .setHeader(ByteString.copyFrom(header.encode()))
        .build();
  }

  private static OfferPart part(long offset, byte[] data) {
    return OfferPart.newBuilder()
        .setManifest(
            ManifestPart.newBuilder()
                .setSet(0)
                .setOffset(offset)
                .setData(ByteString.copyFrom(data)))
        .build();
  }

  /** The bytes of a manifest of one file. */
  private byte[] manifest(int fileBytes) throws IOException {
    Path file = hosts.dir.resolve("forged.manifest");
    Files.deleteIfExists(file);
    try (ManifestWriter writer = new ManifestWriter(file, TreeKind.UPPER)) {
      writer.add(new Entry.Directory(new byte[0], META));
      writer.add(new Entry.RegularFile("f".getBytes(StandardCharsets.UTF_8), META, fileBytes));
      ManifestHeader header = writer.finishEntries();
      byte[] digests = new byte[header.chunks() * 32];
      Arrays.fill(digests, (byte) 5);
      writer.digests(header, 0, digests, digests.length);
    }
    return Files.readAllBytes(file);
  }

  private static ManifestHeader headerOf(byte[] manifest) throws IOException {
    return ManifestHeader.decode(Arrays.copyOf(manifest, ManifestHeader.BYTES));
  }

  /** An honest sender still gets through: nothing of the hostile one is left. */
  private void theSessionStillWorks() throws Exception {
    Path upper = hosts.directory("upper");
    Files.writeString(upper.resolve("hello"), "there");
    hosts.send(ticket, SetLabel.FINAL, List.of(new Tree(TreeKind.UPPER, upper)), List.of());
    Path copy = hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.UPPER);
    assertThat(copy.resolve("hello")).hasContent("there");
  }

  @Test
  void aWrongTokenIsRefusedWithoutSayingWhatIsWrong() throws Exception {
    Credentials wrongToken = who().setToken("0".repeat(64)).build();
    Credentials wrongId = who().setMigration("m-000000000000").build();
    Credentials noId = who().setMigration("../../etc").build();
    List<String> messages = new ArrayList<>();
    for (Credentials c : List.of(wrongToken, wrongId, noId)) {
      HelloReply reply = hello(HelloRequest.newBuilder().setVersion(1).setCredentials(c).build());
      assertThat(reply.getRefusal().getCode()).isEqualTo("PROTOCOL");
      messages.add(reply.getRefusal().getMessage());
    }
    assertThat(messages).containsOnly(messages.getFirst());
    offerStream().write(begin(wrongToken));
    refused("PROTOCOL", "unknown transfer");
    theSessionStillWorks();
  }

  @Test
  void anotherVersionIsRefusedByItsNumber() throws Exception {
    HelloReply reply = hello(HelloRequest.newBuilder().setVersion(7).setCredentials(who()).build());
    assertThat(reply.getRefusal().getCode()).isEqualTo("INCOMPATIBLE");
    assertThat(reply.getRefusal().getMessage()).contains("7");
    theSessionStillWorks();
  }

  @Test
  void aManifestBeforeTheOfferIsRefused() throws Exception {
    offerStream().write(part(64, new byte[10]));
    refused("PROTOCOL", "before the offer");
    theSessionStillWorks();
  }

  @Test
  void aMessageLargerThanAgreedIsRefused() throws Exception {
    byte[] manifest = manifest(10);
    WriteStream<OfferPart> stream = offerStream();
    stream.write(begin(who().build(), set(Kind.KIND_UPPER, headerOf(manifest))));
    assertThat(reply().hasAccepted()).isTrue();
    stream.write(part(64, new byte[Protocol.MESSAGE_BYTES_MAX + 1]));
    refused("PROTOCOL", "too large");
    theSessionStillWorks();
  }

  @Test
  void partsOutOfOrderOrBeyondTheManifestAreRefused() throws Exception {
    byte[] manifest = manifest(200_000);
    ManifestHeader header = headerOf(manifest);
    byte[] entries =
        Arrays.copyOfRange(manifest, ManifestHeader.BYTES, (int) header.digestsOffset());
    List<OfferPart> wrong =
        List.of(
            part(65, Arrays.copyOf(entries, 4)),
            part(header.digestsOffset(), new byte[32]),
            part(header.totalBytes(), new byte[32]),
            part(64, new byte[manifest.length]),
            part(-5, new byte[4]),
            part(64, new byte[0]));
    for (OfferPart next : wrong) {
      WriteStream<OfferPart> stream = offerStream();
      stream.write(begin(who().build(), set(Kind.KIND_UPPER, header)));
      assertThat(reply().hasAccepted()).isTrue();
      stream.write(next);
      refused("PROTOCOL", "part");
    }
    theSessionStillWorks();
  }

  @Test
  void forgedHeadersAreRefusedBeforeAnythingIsAllocated() throws Exception {
    ManifestHeader huge = new ManifestHeader(TreeKind.UPPER, 2, 1, 1, 10, 1L << 50);
    offerStream().write(begin(who().build(), set(Kind.KIND_UPPER, huge)));
    refused("NO_SPACE", "1048576");
    // Too much is definite: this session is over; a new one works.
    hosts.nextMigration();
    ticket = hosts.open(1 << 20);
    ManifestHeader manyChunks = new ManifestHeader(TreeKind.UPPER, 2, 1, 1 << 29, 10, 100);
    offerStream().write(begin(who().build(), set(Kind.KIND_UPPER, manyChunks)));
    refused("PROTOCOL", "chunks");
    ManifestHeader manyEntries =
        new ManifestHeader(TreeKind.UPPER, Integer.MAX_VALUE, 1, 1, 10, 100);
    offerStream().write(begin(who().build(), set(Kind.KIND_UPPER, manyEntries)));
    refused("PROTOCOL", "entries");
    ManifestHeader good = new ManifestHeader(TreeKind.UPPER, 1, 0, 0, 30, 0);
    offerStream()
        .write(begin(who().build(), set(Kind.KIND_UPPER, good), set(Kind.KIND_UPPER, good)));
    refused("PROTOCOL", "twice");
    offerStream().write(begin(who().build(), set(Kind.KIND_IMAGES, good)));
    refused("PROTOCOL", "another header");
    offerStream().write(begin(who().build()));
    refused("PROTOCOL", "0 trees");
    theSessionStillWorks();
  }

  @Test
  void aLayerWithAnotherContentThanItsDigestNeverGetsIntoTheStore() throws Exception {
    String digest = "ab".repeat(32);
    Path file = hosts.dir.resolve("layer.manifest");
    ManifestHeader header;
    byte[] sha;
    try (ManifestWriter writer = new ManifestWriter(file, TreeKind.LAYER)) {
      writer.add(new Entry.Directory(new byte[0], META));
      header = writer.finishEntries();
    }
    try (Manifest manifest = Manifest.open(file)) {
      sha = manifest.sha256();
    }
    hello(HelloRequest.newBuilder().setVersion(1).setCredentials(who()).addLayers(digest).build());
    WriteStream<OfferPart> stream = offerStream();
    stream.write(
        begin(who().build(), set(Kind.KIND_LAYER, header).toBuilder().setLayer(digest).build()));
    assertThat(reply().hasAccepted()).isTrue();
    byte[] bytes = Files.readAllBytes(file);
    stream.write(part(64, Arrays.copyOfRange(bytes, 64, bytes.length)));
    awaitManifestOf(bytes.length);
    SealReply sealed =
        stub.seal(
                SealRequest.newBuilder()
                    .setCredentials(who())
                    .addManifestDigests(ByteString.copyFrom(sha))
                    .build())
            .await(5, TimeUnit.SECONDS);
    assertThat(sealed.getRefusal().getCode()).isEqualTo("DIGEST_MISMATCH");
    assertThatThrownBy(() -> hosts.target.layer(digest))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.NOT_FOUND));
    // What was staged is removed beside the answer.
    Awaitility.await()
        .atMost(10, TimeUnit.SECONDS)
        .untilAsserted(() -> assertThat(hosts.dir.resolve("b/layers")).isEmptyDirectory());
  }

  /** Sealing is another request, and could overtake what was written before it. */
  private void awaitManifestOf(int bytes) {
    Awaitility.await()
        .atMost(10, TimeUnit.SECONDS)
        .until(() -> {
          try (Stream<Path> files = Files.walk(hosts.dir.resolve("b"))) {
            return files.anyMatch(
                f -> f.toString().endsWith("manifest") && f.toFile().length() == bytes);
          }
        });
  }

  @Test
  void sealingWhatWasNotOfferedOrNotSentIsRefused() throws Exception {
    SealRequest request = SealRequest.newBuilder().setCredentials(who()).build();
    assertThat(stub.seal(request).await(5, TimeUnit.SECONDS).getRefusal().getCode())
        .isEqualTo("PROTOCOL");
    byte[] manifest = manifest(10);
    WriteStream<OfferPart> stream = offerStream();
    stream.write(begin(who().build(), set(Kind.KIND_UPPER, headerOf(manifest))));
    assertThat(reply().hasAccepted()).isTrue();
    SealRequest one =
        request.toBuilder().addManifestDigests(ByteString.copyFrom(new byte[32])).build();
    assertThat(stub.seal(one).await(5, TimeUnit.SECONDS).getRefusal().getMessage())
        .contains("not complete");
    theSessionStillWorks();
  }

  /** Offers one file of one chunk, so that a data connection is welcome. */
  private WriteStream<OfferPart> offerOneChunk() throws Exception {
    byte[] manifest = manifest(10);
    ManifestHeader header = headerOf(manifest);
    WriteStream<OfferPart> stream = offerStream();
    stream.write(begin(who().build(), set(Kind.KIND_UPPER, header)));
    assertThat(reply().hasAccepted()).isTrue();
    int split = (int) header.digestsOffset();
    stream.write(part(64, Arrays.copyOfRange(manifest, 64, split)));
    stream.write(part(split, Arrays.copyOfRange(manifest, split, manifest.length)));
    OfferReply needed = reply();
    assertThat(needed.getNeeded().getCount()).isEqualTo(1);
    assertThat(needed.getNeeded().getBitmap().byteAt(0)).isEqualTo((byte) 1);
    return stream;
  }

  /** What the receiver says on a data connection before it closes it. */
  private String dataVerdict(byte[]... pieces) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", ticket.dataPort())) {
      socket.setSoTimeout(8_000);
      OutputStream out = socket.getOutputStream();
      for (byte[] piece : pieces) {
        out.write(piece);
      }
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      for (int status; (status = in.read()) >= 0; ) {
        byte[] text = new byte[in.readUnsignedShort()];
        in.readFully(text);
        if (status == 1) {
          assertThat(in.read()).isEqualTo(-1);
          return new String(text, StandardCharsets.UTF_8);
        }
      }
      return "closed without a word";
    }
  }

  private byte[] greeting() {
    return new DataHello(hosts.migration, ticket.token(), SetLabel.FINAL, OFFER).encode();
  }

  private static byte[] frame(int type, int set, int sequence, int dataBytes, int... ranges) {
    return new FrameHead(type, set, ranges.length / 2, sequence, dataBytes).encode(ranges);
  }

  @Test
  void aDataConnectionThatBreaksARuleIsToldWhichAndTheSessionGoesOn() throws Exception {
    assertThat(dataVerdict(greeting())).contains("nothing was offered");
    offerOneChunk();
    assertThat(dataVerdict("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII)))
        .startsWith("PROTOCOL")
        .contains("not the greeting");
    assertThat(
            dataVerdict(
                new DataHello(hosts.migration, "wrong", SetLabel.FINAL, OFFER).encode(),
                frame(FrameHead.CHUNKS, 0, 0, 10, 0, 1),
                new byte[10]))
        .contains("unknown transfer or wrong token");
    byte[] hi = greeting();
    assertThat(dataVerdict(hi, frame(77, 0, 0, 10, 0, 1))).contains("unknown type of frame 77");
    assertThat(dataVerdict(hi, frame(1, 0, 0, 1 << 30, 0, 1))).contains("more than");
    assertThat(dataVerdict(hi, frame(1, 0, 3, 10, 0, 1))).contains("came instead of");
    assertThat(dataVerdict(hi, frame(1, 9, 0, 10, 0, 1), new byte[10])).contains("set 9 of 1");
    assertThat(dataVerdict(hi, frame(1, 0, 0, 10, 5, 1), new byte[10])).contains("a range of");
    assertThat(dataVerdict(hi, frame(1, 0, 0, 10, 0, -1), new byte[10])).contains("a range of");
    assertThat(dataVerdict(hi, frame(1, 0, 0, 10, 0, 1, 0, 1), new byte[10]))
        .contains("a range of");
    assertThat(dataVerdict(hi, frame(1, 0, 0, 9, 0, 1), new byte[9])).contains("has 9 bytes");
    theSessionStillWorks();
  }

  @Test
  void withdrawingChunksOfAFinalSetEndsTheSession() throws Exception {
    offerOneChunk();
    assertThat(dataVerdict(greeting(), frame(FrameHead.WITHDRAWN, 0, 0, 0, 0, 1)))
        .startsWith("PROTOCOL")
        .contains("must be complete");
    refused("PROTOCOL", "must be complete");
  }

  @Test
  void contentThatDoesNotMatchEndsTheSessionAndBothConnectionsSayWhy() throws Exception {
    offerOneChunk();
    assertThat(dataVerdict(greeting(), frame(1, 0, 0, 10, 0, 1), new byte[10]))
        .startsWith("DIGEST_MISMATCH");
    refused("DIGEST_MISMATCH", "f (UPPER)");
  }

  @Test
  void whoDoesNotGreetIsClosedAndTooManyOfThemAreNotEvenHeard() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        silent.add(new Socket("127.0.0.1", ticket.dataPort()));
      }
      // More than the limit: some are closed at once.
      await()
          .atMost(Duration.ofSeconds(3))
          .until(() -> silent.stream().filter(HostilePeerTest::isClosed).count() >= 8);
      long closedEarly = silent.stream().filter(HostilePeerTest::isClosed).count();
      assertThat(closedEarly).isLessThan(40);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> silent.stream().allMatch(HostilePeerTest::isClosed));
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
    theSessionStillWorks();
  }

  private static boolean isClosed(Socket socket) {
    try {
      socket.setSoTimeout(1);
      while (socket.getInputStream().read() >= 0) {}
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void aGreetingThatIsCutOffHoldsNothing() throws Exception {
    byte[] hi = greeting();
    for (int cut : new int[] {0, 3, 8, 20, hi.length - 1}) {
      try (Socket socket = new Socket("127.0.0.1", ticket.dataPort())) {
        socket.getOutputStream().write(hi, 0, cut);
      }
    }
    offerOneChunk();
    try (Socket socket = new Socket("127.0.0.1", ticket.dataPort())) {
      socket.getOutputStream().write(hi);
      socket.getOutputStream().write(frame(1, 0, 0, 10, 0, 1));
      socket.getOutputStream().write(ByteBuffer.allocate(5).array());
    }
    theSessionStillWorks();
  }
}
