import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

/** What the public surface of a package lacks, sorted. */
export interface Lacks {
  /** Types that a public signature names, and that no entry exports, each with the declaration that names it first. */
  readonly unnamed: Readonly<Record<string, string>>;
  /** Exports and their public members without a comment, of their own or of what they override: `Connector.connect`. */
  readonly undocumented: readonly string[];
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly 'couplet-source': string }>>;
}

/** Reads the sources of all entries of a package, by its folder, from what they export to whatever a signature leads to. */
export function lacksOf(name: string): Lacks {
  const folder = resolve('packages', name);
  const { exports }: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const entries = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [] : [join(folder, target['couplet-source'])],
  );
  return new Surface(folder, entries).lacks();
}

class Surface {
  readonly #checker: ts.TypeChecker;
  readonly #exported = new Set<ts.Symbol>();
  /** Those that can be called, or made with `new`. */
  readonly #values = new Set<ts.Symbol>();
  readonly #seen = new Set<ts.Symbol>();
  readonly #unnamed = new Map<string, string>();
  readonly #undocumented = new Set<string>();

  readonly #folder: string;

  constructor(folder: string, entries: readonly string[]) {
    this.#folder = folder;
    const { config } = ts.readConfigFile('tsconfig.base.json', ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, folder);
    const program = ts.createProgram(entries, { ...options, noEmit: true });
    const checker = program.getTypeChecker();
    this.#checker = checker;
    for (const entry of entries) {
      const file = program.getSourceFile(entry);
      const module = file === undefined ? undefined : checker.getSymbolAtLocation(file);
      for (const one of module === undefined ? [] : checker.getExportsOfModule(module)) {
        const symbol = this.#resolve(one);
        this.#exported.add(symbol);
        if (one.declarations?.some(ts.isTypeOnlyImportOrExportDeclaration) !== true) this.#values.add(symbol);
      }
    }
  }

  lacks(): Lacks {
    for (const symbol of this.#exported) this.#visit(symbol);
    return {
      unnamed: Object.fromEntries([...this.#unnamed].sort(([one], [other]) => (one < other ? -1 : 1))),
      undocumented: [...this.#undocumented].sort(),
    };
  }

  #resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #visit(symbol: ts.Symbol): void {
    if (this.#seen.has(symbol)) return;
    this.#seen.add(symbol);
    this.#expectComment(symbol, symbol.name);
    for (const declaration of symbol.declarations ?? []) this.#walk(declaration, symbol.name);
  }

  #expectComment(symbol: ts.Symbol, path: string): void {
    if (symbol.getDocumentationComment(this.#checker).length === 0) this.#undocumented.add(path);
  }

  /** Goes through all that a user sees of a declaration: members and types, no bodies. */
  #walk(node: ts.Node, path: string): void {
    if (ts.isFunctionLike(node) && this.#checker.isImplementationOfOverload(node) === true) return;
    if (ts.isConstructorDeclaration(node) && !this.#canMake(node.parent)) return;
    if (ts.isClassElement(node) || ts.isTypeElement(node)) {
      const name = memberName(node);
      if (name === undefined) return;
      this.#expectMember(node, `${path}.${name}`);
    } else if (ts.isTypeReferenceNode(node)) this.#refer(node.typeName, path);
    else if (ts.isExpressionWithTypeArguments(node)) this.#refer(node.expression, path);
    else if (ts.isTypeQueryNode(node)) this.#refer(node.exprName, path);
    ts.forEachChild(node, (child) => {
      if (!ts.isBlock(child) && !isInitializer(child)) this.#walk(child, path);
    });
  }

  #canMake({ name }: ts.ClassLikeDeclaration): boolean {
    const symbol = name === undefined ? undefined : this.#checker.getSymbolAtLocation(name);
    return symbol !== undefined && this.#values.has(symbol);
  }

  /** What overrides is as its base says, which is looked at too, and a literal type says all by itself. */
  #expectMember(node: ts.ClassElement | ts.TypeElement, path: string): void {
    if (!isMemberOfDeclaration(node) || ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Override) return;
    if (ts.isPropertySignature(node) && node.type !== undefined && ts.isLiteralTypeNode(node.type)) return;
    const symbol = node.name === undefined ? undefined : this.#checker.getSymbolAtLocation(node.name);
    if (symbol !== undefined) this.#expectComment(symbol, path);
    else if (!ts.getJSDocCommentsAndTags(node).some(ts.isJSDoc)) this.#undocumented.add(path);
  }

  /** Follows a name that a declaration uses to what it is, if that is a declaration of this package. */
  #refer(name: ts.Node, path: string): void {
    const found = this.#checker.getSymbolAtLocation(name);
    if (found === undefined) return;
    const symbol = this.#resolve(found);
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined || ts.isTypeParameterDeclaration(declaration)) return;
    if (!declaration.getSourceFile().fileName.startsWith(join(this.#folder, 'src'))) return;
    if (!this.#exported.has(symbol) && !this.#unnamed.has(symbol.name)) this.#unnamed.set(symbol.name, path);
    this.#visit(symbol);
  }
}

/** The name of a public member, `constructor` for that; undefined for one that is private, or begins with `~`. */
function memberName(node: ts.ClassElement | ts.TypeElement): string | undefined {
  if (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) return undefined;
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { name } = node;
  if (name === undefined || ts.isPrivateIdentifier(name)) return undefined;
  const text = ts.isStringLiteral(name) ? name.text : name.getText();
  return text.startsWith('~') ? undefined : text;
}

/** True in a class, an interface or a type alias; not in a type that a parameter or another member has. */
function isMemberOfDeclaration({ parent }: ts.Node): boolean {
  if (!ts.isTypeLiteralNode(parent)) return true;
  let around = parent.parent;
  while (ts.isUnionTypeNode(around) || ts.isIntersectionTypeNode(around) || ts.isParenthesizedTypeNode(around))
    around = around.parent;
  return ts.isTypeAliasDeclaration(around);
}

/** True for a value: of a constant, a property, a parameter or an enumeration. Its type is what counts. */
function isInitializer(node: ts.Node): boolean {
  return 'initializer' in node.parent && node.parent.initializer === node;
}
