package io.nereid.nymph.bundle;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads and writes config.json. */
final class ConfigJson {
  /** More is no configuration but an attack or a mistake. */
  static final int BYTES_MAX = 1024 * 1024;

  private static final int NESTING_MAX = 64;
  private static final ObjectMapper MAPPER = mapper();

  private ConfigJson() {}

  private static ObjectMapper mapper() {
    ObjectMapper mapper =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(NESTING_MAX)
                .maxDocumentLength(BYTES_MAX)
                .build());
    return mapper;
  }

  /** Refuses with BUNDLE_INVALID, saying line and column, what is not one JSON object. */
  static ObjectNode read(Object bundle, byte[] bytes) {
    try {
      JsonNode tree = MAPPER.readTree(bytes);
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw BundleProblem.invalid(
          bundle, "config.json does not hold a JSON object", "make one with 'runc spec'");
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw BundleProblem.invalid(
          bundle,
          "config.json is not valid JSON" + where + ": " + e.getOriginalMessage(),
          "correct it; 'runc spec' makes a valid one to compare with");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] write(ObjectNode config) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(config);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a configuration that cannot be written", e);
    }
  }
}
