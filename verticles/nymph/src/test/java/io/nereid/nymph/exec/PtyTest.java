package io.nereid.nymph.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.process.SystemProcessRunner;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PtyTest {
  private final SystemProcessRunner launcher = SystemProcessRunner.ofThisHost();

  private Process start(Pty pty, String script) throws Exception {
    return launcher.launch(List.of("sh", "-c", script), Map.of(), Optional.of(pty.device()), true);
  }

  private static String all(Pty pty) throws Exception {
    StringBuilder text = new StringBuilder();
    byte[] bytes = new byte[100];
    try (InputStream in = pty.output()) {
      for (int n = in.read(bytes, 0, 100); n >= 0; n = in.read(bytes, 0, 100)) {
        text.append(new String(bytes, 0, n, StandardCharsets.UTF_8));
      }
    }
    return text.toString();
  }

  @Test
  void aProgramSeesATerminalOfTheGivenSizeThatIsItsControllingOne() throws Exception {
    Pty pty = Pty.open(123, 45);
    Process process = start(pty, "stty size; tty; tty < /dev/tty");
    String output = all(pty);
    assertThat(process.waitFor()).isZero();
    assertThat(output).contains("45 123").contains(pty.device().toString()).contains("/dev/tty");
    pty.input().close();
  }

  @Test
  void aNewSizeIsSignalledToTheProgram() throws Exception {
    Pty pty = Pty.open(80, 24);
    Process process =
        start(pty, "trap 'stty size; exit 5' WINCH; echo ready; while :; do sleep 0.05; done");
    InputStream in = pty.output();
    byte[] bytes = new byte[100];
    int n = in.read(bytes, 0, 100);
    assertThat(new String(bytes, 0, n, StandardCharsets.UTF_8)).contains("ready");
    pty.resize(100, 50);
    assertThat(all(pty)).contains("50 100");
    assertThat(process.waitFor()).isEqualTo(5);
    pty.input().close();
  }

  @Test
  void whatIsTypedArrivesAndTheEndOfInputEndsTheProgram() throws Exception {
    Pty pty = Pty.open(80, 24);
    Process process = start(pty, "stty -echo; cat; echo over");
    try (OutputStream in = pty.input()) {
      in.write("hello\n".getBytes(StandardCharsets.UTF_8), 0, 6);
    }
    assertThat(all(pty)).contains("hello\r\n").endsWith("over\r\n");
    assertThat(process.waitFor()).isZero();
  }
}
