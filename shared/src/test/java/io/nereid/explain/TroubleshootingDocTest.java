package io.nereid.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The document is written from the table: NEREID_WRITE_DOCS=1 writes it, otherwise it is compared.
 */
class TroubleshootingDocTest {
  private static final Path DOC = Path.of("..", Cause.DOCUMENT);
  private static final String BEGIN = "<!-- written from the table of io.nereid.explain -->\n";

  @Test
  void theDocumentHasTheTable() throws IOException {
    String doc = Files.readString(DOC);
    int at = doc.indexOf(BEGIN);
    assertThat(at).as("the mark in " + DOC).isPositive();
    String wanted = doc.substring(0, at) + BEGIN + render();
    if ("1".equals(System.getenv("NEREID_WRITE_DOCS"))) {
      Files.writeString(DOC, wanted);
    }
    assertThat(Files.readString(DOC)).isEqualTo(wanted);
  }

  private static String render() {
    StringBuilder out = new StringBuilder();
    for (Cause.Group group : Cause.Group.values()) {
      List<Cause> causes = Causes.ALL.stream().filter(c -> c.group() == group).toList();
      out.append("\n## ").append(heading(group)).append("\n\n");
      out.append("| cause | what is wrong | what to do |\n| --- | --- | --- |\n");
      for (Cause cause : causes) {
        out.append("| [`").append(cause.id()).append("`](#").append(cause.id()).append(") | ");
        out.append(cell(cause.title())).append(" | ").append(cell(cause.remedy())).append(" |\n");
      }
      causes.forEach(cause -> section(cause, out));
    }
    return out.toString();
  }

  private static String heading(Cause.Group group) {
    return switch (group) {
      case DUMP -> "The container cannot be dumped as it is";
      case RESTORE -> "The target is not what the image was made on";
      case HOST -> "A host lacks a program, a right or a resource";
    };
  }

  private static void section(Cause cause, StringBuilder out) {
    out.append("\n### ").append(cause.id()).append("\n\n");
    out.append(sentence(cause.title())).append(' ').append(text(cause.means())).append("\n\n");
    out.append("What to do: ").append(text(cause.remedy())).append(".\n\n");
    for (Sign sign : cause.signs()) {
      out.append("- `").append(sign.shown()).append("` (").append(sign.source()).append(")\n");
    }
  }

  private static String sentence(String title) {
    return text(Character.toUpperCase(title.charAt(0)) + title.substring(1)) + ".";
  }

  private static String cell(String words) {
    return text(words).replace("|", "\\|");
  }

  private static String text(String words) {
    return words.replace("<", "&lt;").replace("_", "\\_").replace("*", "\\*");
  }
}
