package io.nereid.transfer.manifest;

/** Tables of files without a manifest. */
public final class FileTables {
  private FileTables() {}

  /** A file of pages, then one of larger chunks. */
  public static FileTable pagesAndFile(long pagesBytes, long fileBytes) throws ManifestException {
    FileTable files = new FileTable(2);
    files.add(0, pagesBytes, Chunks.PAGE_BYTES);
    files.add(1, fileBytes, Chunks.FILE_CHUNK_BYTES);
    return files;
  }
}
