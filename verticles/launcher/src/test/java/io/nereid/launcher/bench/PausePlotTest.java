package io.nereid.launcher.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class PausePlotTest {
  private static final long MIB = 1L << 20;
  @TempDir private Path directory;

  @Test
  void thereIsOneFileForEachRate() throws Exception {
    List<Path> files =
        PausePlot.write(
            Reports.of(
                Reports.row(Contestant.NEREID, 64 * MIB, 0, Optional.empty(), 200),
                Reports.row(Contestant.NEREID, 64 * MIB, 50 * MIB, Optional.empty(), 220)),
            directory.resolve("plots"));
    assertThat(files.stream().map(file -> file.getFileName().toString()))
        .containsExactly("pause-idle.svg", "pause-rewriting-50.0-mib-s.svg");
    assertThat(files).allMatch(Files::isRegularFile);
  }

  @Test
  void theLinkIsInTheNameAndInTheTitle() throws Exception {
    Map<String, String> plots =
        PausePlot.of(Reports.of(Reports.row(Contestant.NEREID, MIB, 0, Reports.GIGABIT, 200)));
    assertThat(plots).containsOnlyKeys("pause-idle-1-gbit-s.svg");
    assertThat(parse(plots.values().iterator().next()).getElementsByTagName("title").item(0))
        .extracting(org.w3c.dom.Node::getTextContent)
        .isEqualTo("Longest silence of a client, redis idle, 1 Gbit/s");
  }

  @Test
  void aLongerPauseIsHigherAndMoreMemoryFurtherToTheRight() throws Exception {
    Document svg =
        parse(
            plot(
                Reports.row(Contestant.NEREID, 64 * MIB, 0, Optional.empty(), 200),
                Reports.row(Contestant.NEREID, 1024 * MIB, 0, Optional.empty(), 2_000)));
    NodeList points = svg.getElementsByTagName("circle");
    assertThat(points.getLength()).isEqualTo(2);
    assertThat(at(points, 1, "cx")).isGreaterThan(at(points, 0, "cx"));
    assertThat(at(points, 1, "cy")).isLessThan(at(points, 0, "cy"));
  }

  @Test
  void eachSystemHasALineAndItsNameAndNamesDoNotLieUponEachOther() throws Exception {
    Document svg =
        parse(
            plot(
                Reports.row(Contestant.NEREID, 64 * MIB, 0, Optional.empty(), 200),
                Reports.row(Contestant.RUNC_COPY, 64 * MIB, 0, Optional.empty(), 200),
                Reports.row(Contestant.CRIU_LAZY, 64 * MIB, 0, Optional.empty(), 201)));
    assertThat(svg.getElementsByTagName("path").getLength()).isEqualTo(3);
    List<Element> names =
        elements(svg.getElementsByTagName("text")).stream()
            .filter(text -> text.getAttribute("style").startsWith("fill"))
            .toList();
    assertThat(names.stream().map(Element::getTextContent))
        .containsExactly("nereid", "runc-copy", "criu-lazy");
    List<Double> heights =
        names.stream().map(name -> Double.valueOf(name.getAttribute("y"))).sorted().toList();
    assertThat(heights.get(1) - heights.get(0)).isGreaterThan(12);
    assertThat(heights.get(2) - heights.get(1)).isGreaterThan(12);
  }

  @Test
  void allOfItLiesInsideThePicture() throws Exception {
    Document svg =
        parse(
            plot(
                Reports.row(Contestant.NEREID, MIB, 0, Optional.empty(), 0, 1),
                Reports.row(Contestant.PODMAN, 4096 * MIB, 0, Optional.empty(), 1, 99_999)));
    for (Element line : elements(svg.getElementsByTagName("line"))) {
      for (String y : List.of("y1", "y2")) {
        assertThat(Double.parseDouble(line.getAttribute(y))).isBetween(0.0, 440.0);
      }
    }
  }

  @Test
  void itIsReadableInLightAndInDark() {
    assertThat(plot(Reports.row(Contestant.NEREID, MIB, 0, Optional.empty(), 200)))
        .contains("@media (prefers-color-scheme: dark)")
        .doesNotContain("NaN")
        .doesNotContain("Infinity");
  }

  @Test
  void whatWasNeverMeasuredIsNotDrawn() {
    PauseReport.Row failed =
        PauseReport.Row.of(
            Contestant.NEREID, MIB, 0, Optional.empty(), List.of(), List.of("round 1: no"));
    assertThat(PausePlot.of(Reports.of(failed))).isEmpty();
  }

  private static String plot(PauseReport.Row... rows) {
    return PausePlot.of(Reports.of(rows)).values().iterator().next();
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<Element> elements(NodeList nodes) {
    return java.util.stream.IntStream.range(0, nodes.getLength())
        .mapToObj(i -> (Element) nodes.item(i))
        .toList();
  }

  private static double at(NodeList nodes, int index, String attribute) {
    return Double.parseDouble(((Element) nodes.item(index)).getAttribute(attribute));
  }
}
