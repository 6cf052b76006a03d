package io.nereid.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class TailTest {
  @Property(tries = 300)
  void aTailIsTheEndOfEverythingThatWasAdded(
      @ForAll @Size(max = 20) java.util.List<@AlphaChars @StringLength(max = 600) String> pieces,
      @ForAll @IntRange(min = 1, max = 2_000) int limit) {
    Tail tail = new Tail(limit);
    StringBuilder all = new StringBuilder();
    for (String piece : pieces) {
      byte[] bytes = piece.getBytes(StandardCharsets.US_ASCII);
      tail.add(bytes, bytes.length);
      all.append(piece);
    }
    String expected = all.substring(Math.max(0, all.length() - limit));
    assertThat(tail.text().equals(expected)).as("tail of %s bytes", all.length()).isTrue();
  }
}
