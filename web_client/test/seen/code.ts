/** The id that the test camera draws into the corner of its pictures: 16 bits and 8 to check them, as black and white blocks. */

const COLUMNS = 6;
const ROWS = 4;
const CHECK_BITS = 8;
/** Pixels of a block in the picture, and in the copy that is read. */
export const BLOCK = 40;
const COPY = 6;
const ID_MODULUS = 2 ** 16;

/** Reads the id from a video or a picture that begins with the code; null when the check fails. */
export class CodeReader {
  readonly #canvas = new OffscreenCanvas(COLUMNS * COPY, ROWS * COPY);
  readonly #context = this.#canvas.getContext("2d", { willReadFrequently: true });

  read(source: CanvasImageSource): number | null {
    const context = this.#context;
    if (!context) return null;
    context.drawImage(source, 0, 0, COLUMNS * BLOCK, ROWS * BLOCK, 0, 0, COLUMNS * COPY, ROWS * COPY);
    const { data, width } = context.getImageData(0, 0, COLUMNS * COPY, ROWS * COPY);
    let bits = 0;
    for (let block = 0; block < COLUMNS * ROWS; block += 1) {
      const x = (block % COLUMNS) * COPY + COPY / 2;
      const y = Math.floor(block / COLUMNS) * COPY + COPY / 2;
      bits = bits * 2 + ((data[4 * (y * width + x)] ?? 0) > 128 ? 1 : 0);
    }
    const id = Math.floor(bits / 2 ** CHECK_BITS);
    return bits % 2 ** CHECK_BITS === checkOf(id) ? id : null;
  }
}

/** As in the camera: no shift of the id by a few bits and no plain picture passes. */
const checkOf = (id: number): number => ((id % ID_MODULUS) * 157 + 91) % 251;
