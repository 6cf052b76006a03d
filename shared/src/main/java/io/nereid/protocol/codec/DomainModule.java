package io.nereid.protocol.codec;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.ExecId;
import io.nereid.domain.id.JobId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.id.Term;
import io.nereid.domain.id.TextId;
import io.nereid.domain.id.VolumeName;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.NereidEvent;
import io.nereid.protocol.message.SnapshotMessages;
import io.nereid.protocol.message.StepMessages;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * Teaches Jackson the domain without a Jackson annotation in it: identities are plain strings and
 * numbers, members of sealed types carry their name in {@code kind}.
 */
final class DomainModule extends SimpleModule {
  private static final long serialVersionUID = 1L;
  private static final List<Class<?>> SEALED =
      List.of(
          ContainerAction.class,
          NereidEvent.class,
          SnapshotMessages.SnapshotCommand.class,
          SnapshotMessages.SnapshotResult.class,
          SnapshotMessages.SnapshotReply.class,
          StepMessages.StepCommand.class,
          StepMessages.StepResult.class,
          StepMessages.StepReply.class);

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  private interface WithKind {}

  DomainModule() {
    super("nereid-domain");
    addSerializer(TextId.class, new TextIdSerializer());
    text(NodeId.class, NodeId::new);
    text(ContainerId.class, ContainerId::new);
    text(ContainerName.class, ContainerName::new);
    text(MigrationId.class, MigrationId::new);
    text(ExecId.class, ExecId::new);
    text(SnapshotId.class, SnapshotId::new);
    text(JobId.class, JobId::new);
    text(VolumeName.class, VolumeName::new);
    number(Epoch.class, Epoch::new);
    number(Term.class, Term::new);
    addSerializer(Epoch.class, new NumberSerializer<>(Epoch::value));
    addSerializer(Term.class, new NumberSerializer<>(Term::value));
    for (Class<?> root : SEALED) {
      setMixInAnnotation(root, WithKind.class);
      for (Class<?> member : root.getPermittedSubclasses()) {
        registerSubtypes(new NamedType(member, member.getSimpleName()));
      }
    }
  }

  private <T> void text(Class<T> type, Function<String, T> make) {
    addDeserializer(type, new ScalarDeserializer<>(type, p -> make.apply(p.getText()), true));
    addKeyDeserializer(
        type,
        new com.fasterxml.jackson.databind.KeyDeserializer() {
          @Override
          public Object deserializeKey(String key, DeserializationContext context) {
            return make.apply(key);
          }
        });
  }

  private <T> void number(Class<T> type, LongFunction<T> make) {
    addDeserializer(type, new ScalarDeserializer<>(type, p -> make.apply(p.getLongValue()), false));
  }

  private interface Read<T> {
    T from(JsonParser parser) throws IOException;
  }

  private static final class ScalarDeserializer<T> extends StdDeserializer<T> {
    private static final long serialVersionUID = 1L;
    private final transient Read<T> read;
    private final boolean text;

    ScalarDeserializer(Class<T> type, Read<T> read, boolean text) {
      super(type);
      this.read = read;
      this.text = text;
    }

    @Override
    @SuppressWarnings("unchecked")
    public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      boolean fits =
          text
              ? parser.currentToken().isScalarValue() && !parser.currentToken().isNumeric()
              : parser.currentToken().isNumeric();
      if (!fits) {
        return (T) context.handleUnexpectedToken(handledType(), parser);
      }
      try {
        return read.from(parser);
      } catch (IllegalArgumentException e) {
        throw context.weirdStringException(parser.getText(), handledType(), e.getMessage());
      }
    }
  }

  private static final class TextIdSerializer extends JsonSerializer<TextId> {
    @Override
    public void serialize(TextId id, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(id.value());
    }

    @Override
    public void serializeWithType(
        TextId id, JsonGenerator out, SerializerProvider provider, TypeSerializer type)
        throws IOException {
      serialize(id, out, provider);
    }
  }

  private interface ToLong<T> {
    long of(T value);
  }

  private static final class NumberSerializer<T> extends JsonSerializer<T> {
    private final ToLong<T> toLong;

    NumberSerializer(ToLong<T> toLong) {
      this.toLong = toLong;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeNumber(toLong.of(value));
    }
  }
}
