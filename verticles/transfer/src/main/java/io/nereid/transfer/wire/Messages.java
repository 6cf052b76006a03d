package io.nereid.transfer.wire;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.port.SetLabel;
import io.nereid.port.TreeKind;
import io.nereid.protocol.transfer.v1.Kind;
import io.nereid.protocol.transfer.v1.Label;
import io.nereid.protocol.transfer.v1.Refusal;
import java.util.Optional;

/** Between protocol messages and the domain. */
public final class Messages {
  private static final int TEXT_CHARS_MAX = 2000;

  private Messages() {}

  /** To the wire. */
  public static Label label(SetLabel label) {
    return switch (label) {
      case AHEAD -> Label.LABEL_AHEAD;
      case FINAL -> Label.LABEL_FINAL;
      case ROUND -> Label.LABEL_ROUND;
      case FILES -> Label.LABEL_FILES;
    };
  }

  /** From the wire; empty when it is none that we know. */
  public static Optional<SetLabel> label(Label label) {
    return switch (label) {
      case LABEL_AHEAD -> Optional.of(SetLabel.AHEAD);
      case LABEL_FINAL -> Optional.of(SetLabel.FINAL);
      case LABEL_ROUND -> Optional.of(SetLabel.ROUND);
      case LABEL_FILES -> Optional.of(SetLabel.FILES);
      case LABEL_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  /** To the wire. */
  public static Kind kind(TreeKind kind) {
    return switch (kind) {
      case BUNDLE -> Kind.KIND_BUNDLE;
      case LAYER -> Kind.KIND_LAYER;
      case UPPER -> Kind.KIND_UPPER;
      case IMAGES -> Kind.KIND_IMAGES;
      case LOG -> Kind.KIND_LOG;
      case VOLUMES -> Kind.KIND_VOLUMES;
    };
  }

  /** From the wire; empty when it is none that we know. */
  public static Optional<TreeKind> kind(Kind kind) {
    return switch (kind) {
      case KIND_BUNDLE -> Optional.of(TreeKind.BUNDLE);
      case KIND_LAYER -> Optional.of(TreeKind.LAYER);
      case KIND_UPPER -> Optional.of(TreeKind.UPPER);
      case KIND_IMAGES -> Optional.of(TreeKind.IMAGES);
      case KIND_LOG -> Optional.of(TreeKind.LOG);
      case KIND_VOLUMES -> Optional.of(TreeKind.VOLUMES);
      case KIND_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  /** To the wire. */
  public static Refusal refusal(Failure failure) {
    return Refusal.newBuilder()
        .setCode(failure.code().name())
        .setMessage(cut(failure.message()))
        .setRemedy(cut(failure.remedy()))
        .build();
  }

  /** From the wire: what the other host says. */
  public static Failure failure(Refusal refusal) {
    return failure(refusal.getCode(), refusal.getMessage(), refusal.getRemedy());
  }

  static Failure failure(String code, String message, String remedy) {
    FailureCode known = DataVerdict.codeOf(code);
    return Failure.of(known, "the receiving host says: " + clean(message), clean(remedy));
  }

  private static String cut(String text) {
    return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX);
  }

  private static String clean(String text) {
    return cut(text).replaceAll("\\p{Cntrl}", " ");
  }
}
