import { test } from "./test.ts";
for (const n of [1,2,3,4]) test("zz"+n, async ({ house, meet }) => {
  const { links } = house;
  const [dana, ana] = [await meet("Dana"), await meet("Ana R.")];
  await dana.knock(links.facilitator);
  await dana.inRoom();
  await ana.knock(links.participants[0] ?? "");
  await ana.inLobby();
  await dana.admit("Ana R.");
  await ana.inRoom();
  const line: string[] = [];
  for (let i=0;i<16;i++) { await ana.page.waitForTimeout(400);
    const a = (p: {received:{kind:string,packets:number}[]}) => p.received.filter(r=>r.kind==="audio").map(r=>r.packets).join("+")||"-";
    line.push(a(await dana.count())+"/"+a(await ana.count())); }
  console.log(n, line.join(" "));
});
