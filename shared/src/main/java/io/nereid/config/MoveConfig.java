package io.nereid.config;

/**
 * Sending memory ahead.
 *
 * @param roundsMax the most rounds of one move; 1: memory is sent once
 * @param threads that read memory at the same time, for one move
 */
public record MoveConfig(int roundsMax, int threads) {
  private static final int ROUNDS_MAX = 30;
  private static final int THREADS_MAX = 16;
  private static final int THREADS_AUTO_MAX = 4;

  static MoveConfig from(SettingReader settings) {
    int rounds = settings.integer("move.roundsMax", 8, 1, ROUNDS_MAX);
    int threads = settings.integer("move.threads", 0, 0, THREADS_MAX);
    return new MoveConfig(
        rounds,
        threads == 0 ? Math.clamp(settings.host().processors() / 2, 1, THREADS_AUTO_MAX) : threads);
  }
}
