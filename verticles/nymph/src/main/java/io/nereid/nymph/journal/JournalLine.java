package io.nereid.nymph.journal;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.nereid.protocol.codec.WireCodec;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One line of the journal: one JSON object.
 *
 * @param made true: about to be made; false: gone
 */
record JournalLine(boolean made, JournalEntry entry) {
  private static final ObjectMapper MAPPER = mapper();

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  private interface WithKind {}

  private static ObjectMapper mapper() {
    ObjectMapper mapper = WireCodec.mapper().copy();
    mapper.registerModule(
        new SimpleModule("paths")
            .addSerializer(Path.class, ToStringSerializer.instance)
            .addDeserializer(
                Path.class,
                new FromStringDeserializer<Path>(Path.class) {
                  private static final long serialVersionUID = 1L;

                  @Override
                  protected Path _deserialize(String value, DeserializationContext context) {
                    return Path.of(value);
                  }
                }));
    mapper.addMixIn(Resource.class, WithKind.class);
    for (Class<?> member : Resource.class.getPermittedSubclasses()) {
      mapper.registerSubtypes(new NamedType(member, member.getSimpleName()));
    }
    return mapper;
  }

  String text() {
    try {
      return MAPPER.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a journal entry that cannot be written: " + entry, e);
    }
  }

  static Optional<JournalLine> parse(String line) {
    try {
      JournalLine read = MAPPER.readValue(line, JournalLine.class);
      return Optional.ofNullable(read)
          .filter(
              l -> l.entry != null && l.entry.container() != null && l.entry.resource() != null);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
